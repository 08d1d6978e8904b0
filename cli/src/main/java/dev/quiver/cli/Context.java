package dev.quiver.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;

/**
 * What a command may touch outside itself: given to it, so that tests can give something else.
 *
 * @param out results, and nothing else
 * @param err messages and progress
 */
record Context(
    PrintWriter out,
    PrintWriter err,
    InputStream in,
    Map<String, String> environment,
    Terminal terminal) {}
