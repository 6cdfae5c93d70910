"""Files on their way: sent piece by piece by the tus protocol, resumed after whatever went wrong, used once."""
