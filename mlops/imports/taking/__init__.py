"""Takes what a store holds, kind by kind: each looks at what was taken before, and writes what is new or changed."""
