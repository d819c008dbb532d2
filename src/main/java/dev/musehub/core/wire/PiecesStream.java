package dev.musehub.core.wire;

import dev.musehub.core.model.Problem;
import java.io.InputStream;
import java.util.function.Supplier;

/** The bytes of a large object, pulled out of its L frames one by one; ends behind the last. */
public final class PiecesStream extends InputStream {

    private final Supplier<Frame> next;
    private Frame.LargePiece piece;
    private int at;

    /**
     * A stream that begins with {@code first}.
     *
     * @param next the frame that follows; asked when the piece before it is used up
     * @throws Problem {@code malformed-stream} where {@code first} is not an object's first piece
     */
    public PiecesStream(Frame.LargePiece first, Supplier<Frame> next) {
        if (first.offset() != 0) {
            throw new Problem(Problem.Code.MALFORMED_STREAM, "object " + first.id() + " begins in its middle");
        }
        this.piece = first;
        this.next = next;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) {
        if (at == piece.data().length) {
            if (piece.isLast()) {
                return -1;
            }
            if (!(next.get() instanceof Frame.LargePiece following) || !piece.isFollowedBy(following)) {
                throw new Problem(Problem.Code.MALFORMED_STREAM, "object " + piece.id() + " breaks off between pieces");
            }
            piece = following;
            at = 0;
        }
        int n = Math.min(len, piece.data().length - at);
        System.arraycopy(piece.data(), at, b, off, n);
        at += n;
        return n;
    }
}
