package dev.musehub.model;

import java.util.UUID;

/** Where the disk store keeps an object: a segment file, and the position of the object's entry in it, in bytes. */
public record Place(UUID segment, long position) {
}
