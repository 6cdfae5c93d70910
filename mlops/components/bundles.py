"""What arrives to become a component is laid out as any bundle is."""

from mlops.blobs.bundles import inside, text_of, unpacked

__all__ = ["inside", "text_of", "unpacked"]
