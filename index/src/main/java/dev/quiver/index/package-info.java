/**
 * The kernel: vectors in off-heap memory, SIMD distances and the HNSW graph. Uses nothing but the
 * JDK.
 */
@NullMarked
package dev.quiver.index;

import org.jspecify.annotations.NullMarked;
