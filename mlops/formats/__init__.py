"""What crosses a boundary: plain frozen values with one JSON form, free of Django and of heavy libraries."""
