package editscript

// search compares two parts by Myers' algorithm, dividing them at the middle of the
// shortest script until nothing is left.
func (d *differ) search(a0, a1, b0, b1 int) {
	a0, a1, b0, b1, tail := d.trim(a0, a1, b0, b1)
	switch {
	case a0 == a1 || b0 == b1:
	case a1-a0+b1-b0 > maxPlain:
		d.exact = false
	default:
		x, y := d.middle(a0, a1, b0, b1)
		// A division at a corner divides nothing: there is nothing in common.
		if !(x == a0 && y == b0 || x == a1 && y == b1) {
			d.search(a0, x, b0, y)
			d.search(x, a1, y, b1)
		}
	}
	d.push(a1, b1, tail)
}

// middle is a point that a shortest script of a[a0:a1] to b[b0:b1] passes, near its
// middle: where the search from the beginning meets the one from the end. Past maxCost
// it is the furthest point that either has reached.
func (d *differ) middle(a0, a1, b0, b1 int) (x, y int) {
	n, m := a1-a0, b1-b0
	limit := min((n+m+1)/2, maxCost)
	if size := 2*limit + 3; len(d.fore) < size {
		d.fore, d.back = make([]int, size), make([]int, size)
	}
	zero := limit + 1
	d.fore[zero+1], d.back[zero+1] = 0, 0
	delta := n - m
	for cost := 0; cost <= limit; cost++ {
		// Diagonals that have left the rectangle are not followed.
		low, high := -(cost - 2*max(0, cost-m)), cost-2*max(0, cost-n)
		for k := low; k <= high; k += 2 {
			i := step(d.fore, zero, k, cost)
			for i < n && i-k < m && d.a[a0+i] == d.b[b0+i-k] {
				i++
			}
			d.fore[zero+k] = i
			// The search from the end has done one round less.
			if r := delta - k; delta%2 != 0 && r >= -(cost-1) && r <= cost-1 && i+d.back[zero+r] >= n {
				return a0 + i, b0 + i - k
			}
		}
		for k := low; k <= high; k += 2 {
			i := step(d.back, zero, k, cost)
			for i < n && i-k < m && d.a[a1-1-i] == d.b[b1-1-i+k] {
				i++
			}
			d.back[zero+k] = i
			if r := delta - k; delta%2 == 0 && r >= -cost && r <= cost && i+d.fore[zero+r] >= n {
				return a1 - i, b1 - i + k
			}
		}
	}
	return d.furthest(a0, a1, b0, b1, limit)
}

// step is where the diagonal k begins in this round: one down from the diagonal above
// or one right from the one below, whichever is further.
func step(reached []int, zero, k, cost int) int {
	if k == -cost || k != cost && reached[zero+k-1] < reached[zero+k+1] {
		return reached[zero+k+1]
	}
	return reached[zero+k-1] + 1
}

// furthest is the point that is furthest from its corner after limit rounds.
func (d *differ) furthest(a0, a1, b0, b1, limit int) (x, y int) {
	n, m := a1-a0, b1-b0
	zero, most := limit+1, -1
	low, high := -(limit - 2*max(0, limit-m)), limit-2*max(0, limit-n)
	for k := low; k <= high; k += 2 {
		if i := d.fore[zero+k]; i <= n && i-k <= m && 2*i-k > most {
			most, x, y = 2*i-k, a0+i, b0+i-k
		}
		if i := d.back[zero+k]; i <= n && i-k <= m && 2*i-k > most {
			most, x, y = 2*i-k, a1-i, b1-i+k
		}
	}
	return x, y
}
