"""What attackers write where a path, an address or a name is asked for."""

from __future__ import annotations

PATHS = (
    "../x", "../../../../etc/passwd", "a/../../x", "a/./../../x", "..", "/etc/passwd", "//etc/passwd", "///x",
    "%2e%2e/x", "%2e%2e%2fx", "%252e%252e%252fx", "%25252e%25252e%25252fx", "..%2fx", "..%252fx", "%2fetc%2fpasswd",
    "..\\x", "a\\..\\..\\x", "%5c..%5cx", "C:\\x", "C:/x", "C:x", "c:%5cx", "\\\\host\\share", "a%5c..%5cx",
    "/proc/self/root/etc/passwd", "//proc/self/root", "/proc/self/environ", "file:///etc/passwd", "file:/etc/passwd",
    "file:%2f%2f%2fetc/passwd", "http://127.0.0.1/x", "s3://bucket/x", "~root/x", "~/x", "a#b", "a%23b", "a%2523b",
    "a\x00b", "a%00b", "a\nb", "%0d%0aX: 1", "a//b", "a/..", "a/%2e/b", "a/.%2e/b",
    "%2525252525252525252525252525252e%2e/x",
)  # fmt: skip
"""None of them is the path of a file that a run may have."""

OVERLONG = ("a/" * 2_000 + "x", "n" * 5_000, "%25" * 3_000)

SOURCES = (
    "file:///etc", "file:///etc/passwd", "file:/etc", "file://localhost/etc", "file://///etc", "FILE:///etc", "/etc",
    "//proc/self/root", "/proc/self/root/etc", "./x", "../x", "..", ".", "etc", "C:\\x", "c:/x", "\\\\host\\share",
    "///x", "local:///etc", "ftp://h/x", "sftp://h/x", "http://127.0.0.1/x", "http://169.254.169.254/latest",
    "gopher://h/x", "data:text/plain,x", "javascript:alert(1)", "jar:file:///x!/y", "netdoc:///etc/passwd",
    "file:///etc#x", "file:///etc?x", "s3://b/x?y", "s3://b/x#y", "s3://b/../../x", "s3://b/%2e%2e/x",
    "s3://b/%252e%252e/x", "s3://b/a\\..\\x", "dbfs:/../x", "https://h/../x", "https://[bad/x", "s3://b/a\nb",
    "fi\nle:///etc", "\tfile:///etc", "file\x00:///etc", "runs:/../x", "runs:/x/../../y", "models:/../x/1",
    "models:/x/../y", "mlflow-artifacts:/../x", "mlflow-artifacts:/registry/../../x",
    "mlflow-artifacts://127.0.0.1:1/x/y/artifacts", "mlflow-artifacts:/%2e%2e/%2e%2e/etc",
    "mlflow-artifacts:/0/x/artifacts/../../..", "", "s3://" + "b" * 10_000,
)  # fmt: skip
"""None of them is a place from which a version's files may come, or where an experiment's may lie."""
