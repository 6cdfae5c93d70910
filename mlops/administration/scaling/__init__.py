"""How many workers of which pool are wanted, why, and the command of the administrators that starts and stops them."""
