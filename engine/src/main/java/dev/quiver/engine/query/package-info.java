/**
 * The one request model of queries: a tree of stages, each with a {@link
 * dev.quiver.engine.query.Query}. Both transports read into it; the engine runs it.
 */
@NullMarked
package dev.quiver.engine.query;

import org.jspecify.annotations.NullMarked;
