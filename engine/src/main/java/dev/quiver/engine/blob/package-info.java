/** Named bytes that outlive a data folder: the interface and its form in a directory. */
@NullMarked
package dev.quiver.engine.blob;

import org.jspecify.annotations.NullMarked;
