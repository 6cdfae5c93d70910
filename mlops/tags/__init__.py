"""Tags on anything: key and value, used as filters in the form TagName=TagValue."""
