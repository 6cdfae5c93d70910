"""A scoring server as a module of Azure IoT Edge: messages of an input are scored, the answers go to an output.

Only the standard library: no SDK of Azure is in our images (docs/decisions/0062)."""
