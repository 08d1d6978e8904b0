/** Queries of every kind against a plain model that looks at every point. */
@NullMarked
package dev.quiver.testkit.queries;

import org.jspecify.annotations.NullMarked;
