// Package filelock locks files against other processes. The system releases a lock when its process
// ends, however it ends.
package filelock
