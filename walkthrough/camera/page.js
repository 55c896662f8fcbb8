// What the camera asks of a page. Evaluated anew for each question, so that
// nothing of it stays behind.
({
  // Nothing moves any more: all has come, nothing is on its way, and nothing waits
  // for a moment to begin, as what answers to typing does. What moves for ever,
  // such as a sign of being busy, does not count.
  still() {
    const leaving = document.leaves && performance.now() - document.leaves < 2000 // a download leaves, and stays
    return !leaving && !document.soon && document.readyState === 'complete' &&
      !document.querySelector('.htmx-request, .htmx-added, .htmx-settling, .htmx-swapping') &&
      document.fonts.status === 'loaded' &&
      [...document.images].every((i) => i.complete || i.loading === 'lazy') &&
      document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity)
  },

  // No caret, no movement. A sheet of its own, which the page's content
  // security policy allows. And a sign when the page is about to be left.
  calm() {
    if (document.adoptedStyleSheets.some((s) => s.calm)) return
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('* { caret-color: transparent !important; transition: none !important; scroll-behavior: auto !important }')
    sheet.calm = true
    document.adoptedStyleSheets.push(sheet)
    addEventListener('beforeunload', () => { document.leaves = performance.now() })
  },

  // Everything that is scrolled is scrolled by whole pixels: between them, words
  // are drawn one way or the other.
  snap() {
    for (const e of document.querySelectorAll('*')) {
      if (e.scrollTop % 1) e.scrollTop = Math.round(e.scrollTop)
      if (e.scrollLeft % 1) e.scrollLeft = Math.round(e.scrollLeft)
    }
  },

  scrolled() { return { X: scrollX, Y: scrollY } },

  visible(element) {
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0
  },

  spaced(text) { return text.replace(/\s+/g, ' ').trim() },

  // Elements by the hook that pages keep for walkthroughs, by what they show,
  // and rows by something that stands in them.
  hooked(root, name) {
    return [...root.querySelectorAll('[data-doc]')].filter((e) => e.dataset.doc === name && this.visible(e))
  },
  showing(root, text) {
    const all = [...root.querySelectorAll('*')].filter((e) => e.textContent.length < 4 * text.length + 400 && this.visible(e) && this.spaced(e.innerText || '') === text)
    return all.filter((e) => !all.some((other) => other !== e && e.contains(other)))
  },
  holding(root, selector, text) {
    return [...root.querySelectorAll(selector)].filter((e) => this.visible(e) && [...e.querySelectorAll('*')].some((part) => this.spaced(part.innerText || '') === text))
  },

  // The labels, headings and short texts that somebody sees.
  words() {
    const words = new Set()
    const add = (text) => { if (text && text.length <= 200) words.add(this.spaced(text)) }
    for (const e of document.querySelectorAll('body, body *')) {
      if (e.localName === 'option') {
        if (e.parentElement && this.visible(e.closest('select') || e)) add(e.textContent)
        continue
      }
      if (!this.visible(e)) continue
      for (const name of ['aria-label', 'placeholder', 'alt']) add(e.getAttribute(name))
      if (e.matches('input[type=submit], input[type=button]')) add(e.value)
      if (e.textContent.length <= 200) add(e.innerText)
      add([...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data).join(' '))
    }
    return [...words].filter(Boolean)
  },

  // The part of a box that shows: what the window and scrolling places around
  // the element leave of it.
  shown(element, box) {
    let [left, top, right, bottom] = [Math.max(0, box.left), Math.max(0, box.top), Math.min(innerWidth, box.right), Math.min(innerHeight, box.bottom)]
    for (let e = element.parentElement; e && e !== document.body && e !== document.documentElement; e = e.parentElement) {
      if (getComputedStyle(e).overflow === 'visible') continue
      const around = e.getBoundingClientRect()
      left = Math.max(left, around.left)
      top = Math.max(top, around.top)
      right = Math.min(right, around.right)
      bottom = Math.min(bottom, around.bottom)
    }
    return { X: left, Y: top, W: Math.max(0, right - left), H: Math.max(0, bottom - top) }
  },

  // Where an element is. Words are as wide as they are, not as their line is.
  spot(element, tight) {
    let box = element.getBoundingClientRect()
    if (tight) {
      const range = document.createRange()
      range.selectNodeContents(element)
      const words = range.getBoundingClientRect()
      if (words.width > 0) box = words
    }
    const whole = { W: box.width, H: box.height }
    const shown = this.shown(element, box)
    if (shown.W * shown.H < 0.98 * whole.W * whole.H) return { Box: shown, Problem: 'it does not fit into the window: give the picture more height, or frame it otherwise' }
    for (const [x, y] of [[0.5, 0.5], [0.06, 0.2], [0.94, 0.8]]) {
      const there = document.elementFromPoint(shown.X + x * shown.W, shown.Y + y * shown.H)
      if (there && !element.contains(there) && !there.contains(element)) {
        const over = there.closest('dialog, [role=dialog], [popover], [aria-label]') || there
        return { Box: shown, Problem: 'something lies over it: ' + (over.getAttribute('aria-label') || this.spaced(over.innerText || over.localName).slice(0, 60)) }
      }
    }
    return { Box: shown, Problem: '' }
  },

  // All words in the window, line by line, and what stands in fields.
  texts() {
    const texts = []
    const add = (element, box, words) => {
      const shown = this.shown(element, box)
      if (shown.W < 1 || shown.H < 1) return
      const there = document.elementFromPoint(shown.X + shown.W / 2, shown.Y + shown.H / 2)
      texts.push({ Box: shown, Words: words, Covered: !!there && !element.contains(there) && !there.contains(element) })
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (!node.data.trim() || !this.visible(element) || element.closest('svg, select')) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      for (const box of range.getClientRects()) add(element, box, node.data)
    }
    for (const field of document.querySelectorAll('input, textarea, select')) {
      if (['hidden', 'checkbox', 'radio', 'file', 'password'].includes(field.type) || !this.visible(field)) continue
      const words = field.localName === 'select' ? (field.selectedOptions[0] || {}).text : field.value || field.placeholder
      if (words) add(field, field.getBoundingClientRect(), words)
    }
    return texts
  },
})
