/** The quiver command. */
@NullMarked
package dev.quiver.cli;

import org.jspecify.annotations.NullMarked;
