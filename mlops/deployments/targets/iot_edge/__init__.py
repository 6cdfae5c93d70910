"""Deployments on devices: Azure IoT Edge's deployment manifests, and bundles that need nothing but the device."""
