/** What every command of the command line shares: options, help, exit codes, and how failures are told. */
package dev.musehub.cli;
