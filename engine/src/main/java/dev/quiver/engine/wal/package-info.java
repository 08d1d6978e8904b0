/** The op log: its interface and its embedded form, a segmented write-ahead log. */
@NullMarked
package dev.quiver.engine.wal;

import org.jspecify.annotations.NullMarked;
