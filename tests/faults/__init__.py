"""Nothing is lost whatever dies: a studio of real processes that is hurt while it works, and an audit of what is left.

`ground` has the database and the broker, `studio` the processes, `work` what they are asked to do, `injuries` what is
done to them, `audit` what must hold afterwards. `python -m tests.faults` is the long form."""
