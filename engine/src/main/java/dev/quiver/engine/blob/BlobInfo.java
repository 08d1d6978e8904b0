package dev.quiver.engine.blob;

/** A blob's key and its size in bytes. */
public record BlobInfo(String key, long size) {}
