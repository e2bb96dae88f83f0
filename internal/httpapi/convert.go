package httpapi

// convertAll converts a list of texts from one type to another. The result is never nil.
func convertAll[T, S ~string](values []S) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = T(v)
	}
	return out
}
