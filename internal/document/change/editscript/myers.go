package editscript

// myers compares two parts by Myers' algorithm. It divides them at the middle of the
// shortest script until nothing remains.
func (d *differ) myers(a0, a1, b0, b1 int) {
	a0, a1, b0, b1, tail := d.trimCommon(a0, a1, b0, b1)
	switch {
	case a0 == a1 || b0 == b1:
	case a1-a0+b1-b0 > maxUnanchored:
		d.exact = false
	default:
		x, y := d.middlePoint(a0, a1, b0, b1)
		// A division at a corner does not divide: the parts have nothing in common.
		if !(x == a0 && y == b0 || x == a1 && y == b1) {
			d.myers(a0, x, b0, y)
			d.myers(x, a1, y, b1)
		}
	}
	d.appendMatch(a1, b1, tail)
}

// middlePoint returns a point near the middle of a shortest script from a[a0:a1] to
// b[b0:b1]: where the search from the beginning meets the search from the end. Beyond
// maxCost it returns the furthest point that either search reached.
func (d *differ) middlePoint(a0, a1, b0, b1 int) (x, y int) {
	n, m := a1-a0, b1-b0
	limit := min((n+m+1)/2, maxCost)
	if size := 2*limit + 3; len(d.forward) < size {
		d.forward, d.backward = make([]int, size), make([]int, size)
	}
	zero := limit + 1
	d.forward[zero+1], d.backward[zero+1] = 0, 0
	delta := n - m
	for cost := 0; cost <= limit; cost++ {
		// Skip diagonals that have left the rectangle.
		low, high := -(cost - 2*max(0, cost-m)), cost-2*max(0, cost-n)
		for k := low; k <= high; k += 2 {
			i := furthestStart(d.forward, zero, k, cost)
			for i < n && i-k < m && d.a[a0+i] == d.b[b0+i-k] {
				i++
			}
			d.forward[zero+k] = i
			// The search from the end is one round behind.
			if r := delta - k; delta%2 != 0 && r >= -(cost-1) && r <= cost-1 && i+d.backward[zero+r] >= n {
				return a0 + i, b0 + i - k
			}
		}
		for k := low; k <= high; k += 2 {
			i := furthestStart(d.backward, zero, k, cost)
			for i < n && i-k < m && d.a[a1-1-i] == d.b[b1-1-i+k] {
				i++
			}
			d.backward[zero+k] = i
			if r := delta - k; delta%2 == 0 && r >= -cost && r <= cost && i+d.forward[zero+r] >= n {
				return a1 - i, b1 - i + k
			}
		}
	}
	return d.furthestPoint(a0, a1, b0, b1, limit)
}

// furthestStart returns where diagonal k begins in this round: one step down from the
// diagonal above or one step right from the diagonal below, whichever is further.
func furthestStart(reached []int, zero, k, cost int) int {
	if k == -cost || k != cost && reached[zero+k-1] < reached[zero+k+1] {
		return reached[zero+k+1]
	}
	return reached[zero+k-1] + 1
}

// furthestPoint returns the point that is furthest from its corner after limit rounds.
func (d *differ) furthestPoint(a0, a1, b0, b1, limit int) (x, y int) {
	n, m := a1-a0, b1-b0
	zero, most := limit+1, -1
	low, high := -(limit - 2*max(0, limit-m)), limit-2*max(0, limit-n)
	for k := low; k <= high; k += 2 {
		if i := d.forward[zero+k]; i <= n && i-k <= m && 2*i-k > most {
			most, x, y = 2*i-k, a0+i, b0+i-k
		}
		if i := d.backward[zero+k]; i <= n && i-k <= m && 2*i-k > most {
			most, x, y = 2*i-k, a1-i, b1-i+k
		}
	}
	return x, y
}
