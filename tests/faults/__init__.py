"""Nothing is lost whatever dies: a studio of real processes that is hurt while it works, and an audit of what is left.

`ground` has the database and the broker, `studio` the processes, `work` what they are asked to do, `injuries` what is
done to them, `audit` what must hold afterwards. Where it is to be filled, the data directory is a `disk` of its own; a
`clock` that jumps is that of one worker, on SQLite of all; one worker is in a `net` that can be unplugged, and a `wire`
before PostgreSQL loses its answers. Each worker sends the regular jobs, so there are always several schedulers at once.
`python -m tests.faults` is the long form; disks and nets need root."""
