// Package dashboardtest holds the tests that drive the dashboard in Chromium: accessibility,
// small screens, the weight of pages, hostile texts, and the way through the pages. It has
// no other code.
package dashboardtest
