package dev.quiver.engine.blob;

/**
 * A document of a {@link BlobStore}.
 *
 * @param version opaque; every replacing makes one that the document never had
 */
public record BlobDocument(String version, byte[] content) {}
