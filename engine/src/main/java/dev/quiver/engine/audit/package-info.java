/** The audit log: who changed what, chained so that tampering shows. */
@NullMarked
package dev.quiver.engine.audit;

import org.jspecify.annotations.NullMarked;
