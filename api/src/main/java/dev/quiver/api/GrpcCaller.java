package dev.quiver.api;

import io.grpc.Context;

/**
 * Who makes a call and what the call needs, from the gate to the service.
 *
 * @param access passed the checks that need no collection
 */
record GrpcCaller(Access access, Right right) {
  static final Context.Key<GrpcCaller> KEY = Context.key("dev.quiver.api.caller");
}
