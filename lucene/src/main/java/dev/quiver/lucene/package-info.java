/** The kernel as a Lucene vector format. */
@NullMarked
package dev.quiver.lucene;

import org.jspecify.annotations.NullMarked;
