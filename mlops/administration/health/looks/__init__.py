"""One file for each kind of thing that is looked at. A look gives what it finds; what it raises is a finding too."""
