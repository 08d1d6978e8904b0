package dev.quiver.api;

import dev.quiver.engine.ErrorCode;
import dev.quiver.engine.QuiverException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the server is in TLS: a certificate chain and its key, read from PEM files and read again
 * when these change. New connections use the new ones, open ones go on; while the files do not fit
 * together, the old ones stay. Thread-safe; whoever loads it closes it, after the servers.
 */
public final class TlsIdentity implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsIdentity.class);

  private final Path certificate;
  private final Path key;
  private final ScheduledExecutorService watch;
  private final Keys keys;

  /** What the files were when they were last read without an error. */
  private String stamp;

  private String lastProblem = "";

  private TlsIdentity(Path certificate, Path key) {
    this.certificate = certificate;
    this.key = key;
    this.stamp = stamp();
    this.keys = new Keys(PemFiles.read(certificate, key));
    this.watch =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("tls-reload").daemon().factory());
  }

  /**
   * Reads the files.
   *
   * @param certificate PEM: the server's certificate, then those of who vouches for it
   * @param key PEM: the private key, PKCS #8, RSA, EC or EdDSA
   * @param reload how often the files are looked at, 1 ms or more
   * @throws QuiverException {@link ErrorCode#VALIDATION} naming the file and what is wrong with it
   */
  public static TlsIdentity load(Path certificate, Path key, Duration reload) {
    TlsIdentity identity = new TlsIdentity(certificate, key);
    ScheduledFuture<?> _ =
        identity.watch.scheduleWithFixedDelay(
            identity::reloadIfChanged, reload.toMillis(), reload.toMillis(), TimeUnit.MILLISECONDS);
    return identity;
  }

  private void reloadIfChanged() {
    try {
      String now = stamp();
      if (now.equals(stamp)) {
        return;
      }
      PemFiles.Identity renewed = PemFiles.read(certificate, key);
      keys.set(renewed);
      stamp = now;
      lastProblem = "";
      LOG.info(
          "TLS certificate of {} is in use, valid until {}",
          renewed.chain().getFirst().getSubjectX500Principal(),
          renewed.chain().getFirst().getNotAfter().toInstant());
    } catch (QuiverException e) {
      // The files may be in the middle of a change: the next look tells.
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(lastProblem)) {
        lastProblem = problem;
        LOG.error("the TLS files changed but cannot be used, the old ones stay: {}", problem);
      }
    } catch (RuntimeException e) {
      // An exception would end the watch.
      LOG.error("the TLS files could not be looked at", e);
    }
  }

  private String stamp() {
    StringBuilder stamp = new StringBuilder();
    for (Path file : List.of(certificate, key)) {
      try {
        BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
        stamp
            .append(seen.lastModifiedTime())
            .append(' ')
            .append(seen.size())
            .append(' ')
            .append(seen.fileKey())
            .append(' ');
      } catch (IOException e) {
        stamp.append("none ");
      }
    }
    return stamp.toString();
  }

  /** Answers for the identity of the moment. */
  X509ExtendedKeyManager keyManager() {
    return keys;
  }

  /** For servers on the JDK's TLS; new connections follow the files. */
  public SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new QuiverException(ErrorCode.INTERNAL, "this JDK has no TLS", e);
    }
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }

  /**
   * The one identity under one name a generation, so that a handshake which began before a change
   * gets key and certificate of the same generation.
   */
  private static final class Keys extends X509ExtendedKeyManager {
    private record Generation(
        String alias, PemFiles.Identity identity, PemFiles.@Nullable Identity before) {}

    private volatile Generation current;

    Keys(PemFiles.Identity first) {
      this.current = new Generation("1", first, null);
    }

    /** Only the watch calls this. */
    void set(PemFiles.Identity renewed) {
      Generation old = current;
      current = new Generation(Long.toString(Long.parseLong(old.alias) + 1), renewed, old.identity);
    }

    private @Nullable String alias(String keyType) {
      Generation now = current;
      return now.identity.key().getAlgorithm().equals(keyType) ? now.alias : null;
    }

    private PemFiles.Identity of(String alias) {
      Generation now = current;
      return alias.equals(now.alias)
          ? now.identity
          : Objects.requireNonNullElse(now.before, now.identity);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
      return alias(keyType);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, Socket socket) {
      return alias(keyType);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      String alias = alias(keyType);
      return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return of(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return of(alias).key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyType, Principal @Nullable [] issuers, Socket socket) {
      return null;
    }
  }
}
