/** Fixtures, fault injection and foreign-client tours shared by the tests. */
@NullMarked
package dev.quiver.testkit;

import org.jspecify.annotations.NullMarked;
