package dev.musehub.client.commands;

import dev.musehub.core.model.BranchNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Which branches a clone can hold: each is a file of its name. */
public final class BranchesOfClone {

    private BranchesOfClone() {
    }

    /**
     * Those of {@code names} that one clone can hold together; of two that exclude each other, the first.
     *
     * @param skipped is called with each of the others
     */
    public static Set<String> storable(Collection<String> names, Consumer<String> skipped) {
        Set<String> storable = new LinkedHashSet<>();
        Set<String> directories = new HashSet<>();
        for (String name : names) {
            List<String> above = new ArrayList<>();
            for (int slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
                above.add(name.substring(0, slash));
            }
            if (BranchNames.isValid(name) && !directories.contains(name)
                    && above.stream().noneMatch(storable::contains)) {
                storable.add(name);
                directories.addAll(above);
            } else {
                skipped.accept(name);
            }
        }
        return storable;
    }
}
