/** Configuration, roles assembled into a process, metrics, health. */
@NullMarked
package dev.quiver.server;

import org.jspecify.annotations.NullMarked;
