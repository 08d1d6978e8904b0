/** Text to vectors, in process. */
@NullMarked
package dev.quiver.embed;

import org.jspecify.annotations.NullMarked;
