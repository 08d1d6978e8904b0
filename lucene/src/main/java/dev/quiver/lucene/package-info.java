/**
 * The kernel as a Lucene vector format, usable by any Lucene application.
 *
 * <p>Starting points: {@link dev.quiver.lucene.QuiverCodec} (the whole codec by name), {@link
 * dev.quiver.lucene.QuiverVectorsFormat} (the vector format and its bytes), {@link
 * dev.quiver.lucene.VectorAttributes} (options of one field) and {@link
 * dev.quiver.lucene.SegmentVectors} (direct search of one segment, with raw scores).
 */
@NullMarked
package dev.quiver.lucene;

import org.jspecify.annotations.NullMarked;
