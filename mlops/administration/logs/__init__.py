"""The logs of the server's processes, and the lines of steps, as administrators read them: found, filtered, masked."""
