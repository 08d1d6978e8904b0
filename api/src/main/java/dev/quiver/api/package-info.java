/** Qdrant-compatible REST and gRPC, the wire side of the error model, authentication. */
@NullMarked
package dev.quiver.api;

import org.jspecify.annotations.NullMarked;
