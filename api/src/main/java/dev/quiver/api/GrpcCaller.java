package dev.quiver.api;

import io.grpc.Context;
import java.util.function.Consumer;

/**
 * Who makes a call and what the call needs, from the gate to the service.
 *
 * @param caller passed the checks that need no collection
 * @param admitted told the collection that the caller is let to
 */
record GrpcCaller(Caller caller, Right right, Consumer<String> admitted) {
  static final Context.Key<GrpcCaller> KEY = Context.key("dev.quiver.api.caller");
}
