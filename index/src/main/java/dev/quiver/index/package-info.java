/**
 * The kernel: vectors in off-heap memory, SIMD distances and the HNSW graph. Uses nothing but the
 * JDK.
 *
 * <p>Where to start:
 *
 * <ul>
 *   <li>{@link dev.quiver.index.VectorIndex}: build, save, map and search, all in one.
 *   <li>{@link dev.quiver.index.VectorStore}: rows in memory of one's own ({@link
 *       dev.quiver.index.GrowableVectorStore}) or of somebody else ({@link
 *       dev.quiver.index.VectorStore#over}); {@link dev.quiver.index.VectorScoring} compares them.
 *   <li>{@link dev.quiver.index.HnswBuilder}: the graph of a store, in parallel, also on top of an
 *       existing one; {@link dev.quiver.index.GrowableHnswGraph}: one vector after the other.
 *   <li>{@link dev.quiver.index.HnswSearcher} and {@link dev.quiver.index.ExactSearch}, with an
 *       {@link dev.quiver.index.OrdinalFilter} or without.
 *   <li>{@link dev.quiver.index.HnswGraphFormat}: a graph as bytes.
 *   <li>{@link dev.quiver.index.Kernels}: the arithmetic; the only place that knows of SIMD.
 * </ul>
 *
 * <p>Words: an <i>ordinal</i> is a vector's number in its store and its node's in the graph; a
 * <i>distance</i> is lower when closer, a <i>score</i> is what people read ({@link
 * dev.quiver.index.Distance}). {@code m}, {@code efConstruction} and {@code efSearch} are the
 * paper's M, efConstruction and ef.
 */
@NullMarked
package dev.quiver.index;

import org.jspecify.annotations.NullMarked;
