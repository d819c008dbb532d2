/**
 * Pages about repositories and their people: home, pushes, insights, settings, the account. Start with
 * {@link dev.musehub.pages.repository.HomePage}.
 */
package dev.musehub.pages.repository;
