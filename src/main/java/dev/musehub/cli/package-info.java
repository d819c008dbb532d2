/** What all commands share: options, help, exit codes, and the messages of failures. */
package dev.musehub.cli;
