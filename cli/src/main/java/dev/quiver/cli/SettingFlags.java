package dev.quiver.cli;

import dev.quiver.server.Configuration;
import dev.quiver.server.Setting;
import dev.quiver.server.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Gives a command one flag per setting, and reads the configuration from what was given. */
final class SettingFlags {
  private static final String CONFIG = "--config";

  private SettingFlags() {}

  static void addTo(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder(CONFIG)
            .paramLabel("FILE")
            .type(Path.class)
            .description(
                "Configuration file (YAML). Default: $QUIVER_CONFIG, else "
                    + Configuration.DEFAULT_FILE
                    + " in the working folder if there is one.")
            .build());
    for (Setting<?> setting : Settings.all()) {
      OptionSpec.Builder option =
          setting == Settings.DATA_DIR
              ? OptionSpec.builder("--data", setting.flag())
              : OptionSpec.builder(setting.flag());
      String byDefault =
          setting.defaultText().isEmpty() ? "" : " Default: " + setting.defaultText() + ".";
      spec.addOption(
          option
              .paramLabel("VALUE")
              .type(String.class)
              .description(setting.description() + byDefault)
              .build());
    }
  }

  static Configuration read(ParseResult given, Map<String, String> environment) {
    Map<String, String> flags = new LinkedHashMap<>();
    for (Setting<?> setting : Settings.all()) {
      if (given.hasMatchedOption(setting.flag())) {
        flags.put(setting.key(), given.matchedOptionValue(setting.flag(), ""));
      }
    }
    @Nullable Path file =
        given.hasMatchedOption(CONFIG) ? given.matchedOptionValue(CONFIG, Path.of("")) : null;
    return Configuration.load(file, environment, flags);
  }
}
