"""The pure core of cotbill: frames in, frames out; no files, clock, network or database."""
