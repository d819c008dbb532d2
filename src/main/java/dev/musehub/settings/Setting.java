package dev.musehub.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All settings of a hub. This table defines the flags, the variables of the environment, the keys of the file, {@code
 * musehub config} and the help. A test compares the tables of configuration.md with it.
 */
public enum Setting {

    DATA("MUSEHUB_DATA", "data", new ValueKind.FreeText("DIR"), "Directory in which the hub keeps its data."),
    PORT("MUSEHUB_PORT", "1337", new ValueKind.Number(0, 65_535), "Port to listen on; 0 takes any free port."),
    BIND("MUSEHUB_BIND", "127.0.0.1", new ValueKind.FreeText("ADDRESS"), "Address to listen on."),
    PUBLIC_URL("MUSEHUB_PUBLIC_URL", "", new ValueKind.FreeText("URL"), "Address of the hub as its users see it."),
    TLS_CERT("MUSEHUB_TLS_CERT", "", new ValueKind.FreeText("FILE"),
            "PEM file with the certificate and its chain; turns https on."),
    TLS_KEY("MUSEHUB_TLS_KEY", "", new ValueKind.FreeText("FILE"), "PEM file with the private key of the certificate."),
    TRUSTED_PROXIES("MUSEHUB_TRUSTED_PROXIES", "127.0.0.0/8,::1", new ValueKind.FreeText("CIDR,..."),
            "Addresses of proxies whose X-Forwarded-For header the hub believes."),
    DATABASE_URL("DATABASE_URL", "", new ValueKind.FreeText("URL"),
            "URL (jdbc: or postgres:) of PostgreSQL 15 or later; without it the hub starts one of its own."),
    CONNECTIONS("MUSEHUB_CONNECTIONS", "20", new ValueKind.Number(2, 60), "Largest number of database connections."),
    LOG("MUSEHUB_LOG", "text", new ValueKind.Choice(List.of("text", "json")), "Format of the log."),
    METRICS("MUSEHUB_METRICS", "local", new ValueKind.Choice(List.of("local", "token", "open")),
            "Who may read /metrics: this machine and operators (local), operators (token), or everybody (open)."),
    DRAIN("MUSEHUB_DRAIN", "30", new ValueKind.Number(0, 3_600),
            "Seconds that running requests may still take after a stop."),
    DRAIN_NOTICE("MUSEHUB_DRAIN_NOTICE", "0", new ValueKind.Number(0, 300),
            "Seconds between a stop and the drain, in which /readyz already fails, for load balancers."),
    BOOTSTRAP_USER("MUSEHUB_BOOTSTRAP_USER", "dev", new ValueKind.FreeText("NAME"),
            "User that the first start creates."),
    BOOTSTRAP_TOKEN("MUSEHUB_BOOTSTRAP_TOKEN", "", new ValueKind.Secret(),
            "Token of that user; without it the hub makes a random one and prints it once."),
    RATE_REQUESTS("MUSEHUB_RATE_REQUESTS", "100", new ValueKind.Number(0, 999_999),
            "Requests per second from one address; 0 is no limit."),
    RATE_PUSHES("MUSEHUB_RATE_PUSHES", "32", new ValueKind.Number(0, 999_999),
            "Pushes at the same time, per address and per account; 0 is no limit."),
    RATE_SIGN_INS("MUSEHUB_RATE_SIGN_INS", "30", new ValueKind.Number(0, 999_999),
            "Wrong tokens from one address before it must wait; 0 is no limit."),
    RATE_LOOPBACK("MUSEHUB_RATE_LOOPBACK", "false", ValueKind.TRUE_OR_FALSE, "Whether these limits hold for this"
            + " machine too."),
    S3_BUCKET("MUSEHUB_S3_BUCKET", "", new ValueKind.FreeText("NAME"), "S3 bucket for the objects; without it they are"
            + " files."),
    S3_ENDPOINT("AWS_ENDPOINT_URL_S3", "", new ValueKind.FreeText("URL"),
            "URL of the S3 service as the hub reaches it; without it, AWS."),
    S3_PUBLIC_ENDPOINT("MUSEHUB_S3_PUBLIC_ENDPOINT", "", new ValueKind.FreeText("URL"),
            "URL of the S3 service as clients reach it, if that is another one."),
    S3_REGION("AWS_REGION", "us-east-1", new ValueKind.FreeText("NAME"), "Region of the bucket."),
    S3_KEY("AWS_ACCESS_KEY_ID", "", new ValueKind.Secret(), "Access key id for the S3 service."),
    S3_SECRET("AWS_SECRET_ACCESS_KEY", "", new ValueKind.Secret(), "Secret access key for the S3 service."),
    S3_PATH_STYLE("MUSEHUB_S3_PATH_STYLE", "", ValueKind.TRUE_OR_FALSE,
            "Where URLs name the bucket: in the path (true), or in the host name (false).");

    /** The kinds of values. */
    sealed interface ValueKind {

        ValueKind TRUE_OR_FALSE = new Choice(List.of("true", "false"));

        record FreeText(String name) implements ValueKind { }

        record Secret() implements ValueKind { }

        record Number(int least, int most) implements ValueKind { }

        record Choice(List<String> texts) implements ValueKind { }

        /** What to write instead of {@code text}; empty if {@code text} is valid. */
        default Optional<String> wrong(String text) {
            return switch (this) {
                case FreeText _, Secret _ -> Optional.empty();
                case Number(int least, int most) -> text.matches("[0-9]{1,9}") && Integer.parseInt(text) >= least
                        && Integer.parseInt(text) <= most ? Optional.empty()
                        : Optional.of("a number from " + least + " to " + most);
                case Choice(List<String> texts) -> texts.contains(text) ? Optional.empty()
                        : Optional.of(String.join(" or ", texts));
            };
        }
    }

    private final String variable;
    private final String otherwise;
    private final ValueKind kind;
    private final String what;

    Setting(String variable, String otherwise, ValueKind kind, String what) {
        this.variable = variable;
        this.otherwise = otherwise;
        this.kind = kind;
        this.what = what;
    }

    /** The name in the environment. */
    public String variable() {
        return variable;
    }

    /** The name in the file. */
    public String key() {
        return variable.replaceFirst("^MUSEHUB_", "").toLowerCase(Locale.ROOT);
    }

    /** The name on the command line. Secrets have none, because other users can see command lines. */
    public Optional<String> flag() {
        return secret() ? Optional.empty() : Optional.of(key().replace('_', '-'));
    }

    /** The default value; empty if there is none. */
    public String otherwise() {
        return otherwise;
    }

    /** The setting of this name in the environment. */
    static Optional<Setting> ofVariable(String name) {
        return Arrays.stream(values()).filter(setting -> setting.variable.equals(name)).findFirst();
    }

    ValueKind kind() {
        return kind;
    }

    public boolean secret() {
        return kind instanceof ValueKind.Secret;
    }

    /** The sentence for the help. */
    public String what() {
        return what + " (" + variable + (otherwise.isEmpty() ? "" : ", default: " + otherwise) + ")";
    }

    /** The name of the value in the help. */
    public String valueName() {
        return switch (kind) {
            case ValueKind.FreeText(String name) -> name;
            case ValueKind.Secret() -> "SECRET";
            case ValueKind.Number _ -> "N";
            case ValueKind.Choice(List<String> texts) -> String.join("|", texts);
        };
    }
}
