"""One append-only row per act: audit entry, outbox and live notice in one, held together by a hash chain."""
