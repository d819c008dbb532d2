package dev.musehub.server.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** The body of an answer whose head is sent with its first bytes. */
final class LateHead extends FilterOutputStream {

    /** Sends the head. */
    interface Head {
        void send() throws IOException;
    }

    private final Head head;
    private boolean sent;

    LateHead(OutputStream out, Head head) {
        super(out);
        this.head = head;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
        if (!sent) {
            sent = true;
            head.send();
        }
        out.write(b, off, len);
    }
}
