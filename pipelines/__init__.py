"""The month: command line, settings, workspace, steps and manifests."""
