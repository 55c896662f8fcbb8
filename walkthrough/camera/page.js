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
    for (const field of document.querySelectorAll('textarea')) field.scrollTop = 0 // not at what was typed last
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

  // The ring of the keyboard's focus, around the element.
  ring(element) {
    const style = getComputedStyle(element)
    return style.outlineStyle === 'none' || style.outlineStyle === 'auto' ? 0 : Math.max(0, parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset)) || 0
  },

  // Where an element is. Words are as wide as they are, not as their line is.
  spot(element, tight) {
    const ring = this.ring(element), plain = element.getBoundingClientRect()
    let box = new DOMRect(plain.x - ring, plain.y - ring, plain.width + 2 * ring, plain.height + 2 * ring)
    if (tight) {
      const range = document.createRange()
      range.selectNodeContents(element)
      const words = range.getBoundingClientRect()
      if (words.width > 0) box = words
    }
    const whole = { W: box.width, H: box.height }
    const shown = this.shown(element, box)
    if (shown.W * shown.H < 0.98 * whole.W * whole.H) return { Box: shown, Lacks: Math.max(0, whole.H - shown.H), Problem: 'it does not fit into the window: set a larger height, or use another frame' }
    for (const [x, y] of [[0.5, 0.5], [0.06, 0.2], [0.94, 0.8]]) {
      const there = document.elementFromPoint(shown.X + x * shown.W, shown.Y + y * shown.H)
      if (there && !element.contains(there) && !there.contains(element)) {
        const over = there.closest('dialog, [role=dialog], [popover], [aria-label]') || there
        return { Box: shown, Problem: 'it is covered by: ' + (over.getAttribute('aria-label') || this.spaced(over.innerText || over.localName).slice(0, 60)) }
      }
    }
    return { Box: shown, Problem: '' }
  },

  // What scrolling places, from an element outwards, leave of a box: what the
  // window cuts off is still there.
  inPlace(from, box) {
    const window = { left: 0, top: 0, right: innerWidth, bottom: innerHeight }
    let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom]
    for (let e = from; e && e !== document.body && e !== document.documentElement; e = e.parentElement) {
      if (getComputedStyle(e).overflow === 'visible') continue
      const around = e.getBoundingClientRect()
      left = Math.max(left, around.left)
      top = Math.max(top, around.top)
      right = Math.min(right, around.right)
      bottom = Math.min(bottom, around.bottom)
    }
    if (right - left < 1 || bottom - top < 1) return null
    if (right <= window.left || left >= window.right || bottom <= window.top || top >= window.bottom) return null
    return { X: left, Y: top, W: right - left, H: bottom - top }
  },

  covered(element, box) {
    const x = (Math.max(0, box.X) + Math.min(innerWidth, box.X + box.W)) / 2, y = (Math.max(0, box.Y) + Math.min(innerHeight, box.Y + box.H)) / 2
    const there = document.elementFromPoint(x, y)
    if (there && !element.contains(there) && !there.contains(element)) return true
    // At the edge of the window nothing may be found, although a dialog lies there.
    const over = [...document.querySelectorAll('dialog:modal')].filter((d) => this.visible(d)).pop()
    const lies = over && !over.contains(element) && over.getBoundingClientRect()
    return !!lies && x >= lies.left - 1 && x <= lies.right + 1 && y >= lies.top - 1 && y <= lies.bottom + 1
  },

  // How far the letters of a text lie below the top of its line, and how tall they
  // are: a line is taller than what is written on it.
  letters(text, style, box) {
    const c = (document.letters ||= document.createElement('canvas').getContext('2d'))
    c.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
    const m = c.measureText(text.trim())
    const line = m.fontBoundingBoxAscent + m.fontBoundingBoxDescent
    if (!(line > 0) || !(m.actualBoundingBoxAscent + m.actualBoundingBoxDescent > 0)) return box
    const top = box.top + (box.height - line) / 2 + m.fontBoundingBoxAscent - m.actualBoundingBoxAscent
    return new DOMRect(box.x, top, box.width, m.actualBoundingBoxAscent + m.actualBoundingBoxDescent)
  },

  // Where in a field its words are.
  written(field, words) {
    const box = field.getBoundingClientRect(), style = getComputedStyle(field)
    if (field.localName === 'textarea') return box
    const left = box.x + parseFloat(style.borderLeftWidth) + parseFloat(style.paddingLeft)
    const room = box.right - parseFloat(style.borderRightWidth) - parseFloat(style.paddingRight) - left
    const size = parseFloat(style.fontSize)
    const line = this.letters(words, style, new DOMRect(left, box.y + box.height / 2 - size * 0.6, room, size * 1.2))
    return new DOMRect(left, line.y, Math.min(room, document.letters.measureText(words).width + 4), line.height)
  },

  // All words in the window, line by line, and what stands in fields.
  texts() {
    const texts = []
    const add = (element, box, words, from) => {
      const shown = this.inPlace(from, box)
      if (shown && shown.W > 2 && shown.H > 2) texts.push({ Box: shown, Words: words, Covered: this.covered(element, shown) })
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (!node.data.trim() || !this.visible(element) || element.closest('svg, select')) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const style = getComputedStyle(element)
      for (const box of range.getClientRects()) add(element, this.letters(node.data, style, box), node.data, element)
    }
    for (const field of document.querySelectorAll('input, textarea, select')) {
      if (['hidden', 'checkbox', 'radio', 'file', 'password'].includes(field.type) || !this.visible(field)) continue
      const words = field.localName === 'select' ? (field.selectedOptions[0] || {}).text : field.value || field.placeholder
      if (words) add(field, this.written(field, words), words, field.parentElement)
    }
    return texts
  },

  // What is drawn beside the words: controls and labels with a ground or a border,
  // icons and pictures, and the borders of larger things, side by side.
  shapes() {
    const shapes = []
    const add = (element, box, kind) => {
      const shown = this.inPlace(element.parentElement, box)
      if (!shown) return
      const words = kind === 'icon' ? element.getAttribute('alt') || 'an icon' : this.spaced(String(element.innerText || element.getAttribute('aria-label') || element.value || kind))
      shapes.push({ Box: shown, Kind: kind, Words: words, Covered: this.covered(element, shown) })
    }
    const ground = (style) => style.backgroundColor !== 'transparent' && !/, 0\)$/.test(style.backgroundColor)
    for (const e of document.querySelectorAll('body *')) {
      if (e.closest('svg') && e.localName !== 'svg' || e.localName === 'option' || !this.visible(e)) continue
      const box = e.getBoundingClientRect()
      if (box.width < 1 || box.height < 1) continue
      if (e.matches('svg, img, canvas, video')) {
        add(e, box, 'icon')
        continue
      }
      const style = getComputedStyle(e)
      const sides = ['Top', 'Right', 'Bottom', 'Left'].map((side) => (style[`border${side}Style`] === 'none' ? 0 : parseFloat(style[`border${side}Width`])))
      const bare = !ground(style) && !sides.some(Boolean) && style.boxShadow === 'none'
      if (bare && !e.matches('input[type=checkbox], input[type=radio]')) continue
      const control = e.matches('button, input, select, textarea, [role=button], [role=tab]') || box.height <= 44 && (e.matches('a, summary, label, span, code, kbd, b, strong, em, small, mark') || style.display.startsWith('inline'))
      if (control) {
        const ring = this.ring(e)
        add(e, new DOMRect(box.x - ring, box.y - ring, box.width + 2 * ring, box.height + 2 * ring), 'control')
        continue
      }
      const all = ground(style) && (e.parentElement !== document.body || sides.some(Boolean)) || style.boxShadow !== 'none'
      const width = (i) => sides[i] || (all ? 1 : 0)
      if (width(0)) add(e, new DOMRect(box.x, box.y, box.width, width(0)), 'edge')
      if (width(1)) add(e, new DOMRect(box.right - width(1), box.y, width(1), box.height), 'edge')
      if (width(2)) add(e, new DOMRect(box.x, box.bottom - width(2), box.width, width(2)), 'edge')
      if (width(3)) add(e, new DOMRect(box.x, box.y, width(3), box.height), 'edge')
    }
    return shapes
  },

  // The dialog that lies over the page, if there is one.
  dialog() {
    const box = [...document.querySelectorAll('dialog:modal')].filter((d) => this.visible(d)).pop()?.getBoundingClientRect()
    return box ? { X: box.x, Y: box.y, W: box.width, H: box.height } : { X: 0, Y: 0, W: 0, H: 0 }
  },

  // The status with which the page was answered. A page from a file has none.
  status() { return (performance.getEntriesByType('navigation')[0] || {}).responseStatus || 0 },

  hooks() { return [...new Set([...document.querySelectorAll('[data-doc]')].filter((e) => this.visible(e)).map((e) => e.dataset.doc))] },
})
