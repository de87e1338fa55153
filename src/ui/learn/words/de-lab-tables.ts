/**
 * Auf Deutsch, was das Labor selbst sagt und in den Lektionen steht: wie weit es ist, und seine Namen. Die Wörter der Engine
 * sind die Schlüssel, {#name} steht für einen Namen darin.
 */
export const deLabTables: Readonly<Record<string, string>> = {
  // Wie weit die Engine ist.
  'timing kernels': 'Kernel werden gemessen',
  'checking kernels': 'Kernel werden geprüft',
  'Opening {#name}': '{#name} wird geöffnet',
  'Loading the weights of {#name}': 'Gewichte von {#name} werden geladen',
  weights: 'Gewichte werden geladen',
  // Spalten, Methoden, Voreinstellungen, Divergenzen.
  term: 'Term',
  advantage: 'Vorteil',
  'Self-distillation': 'Selbst-Destillation',
  'AntiSD, paper': 'AntiSD, wie im Paper',
  'Smaller steps': 'Kleinere Schritte',
  'Easy problems': 'Leichte Aufgaben',
  'Hard problems': 'Schwere Aufgaben',
  'In words': 'In Worten',
  'Reverse KL, KL(S‖T)': 'Umgekehrte KL, KL(S‖T)',
  'Forward KL, KL(T‖S)': 'KL vorwärts, KL(T‖S)',
  'α-divergence, α = ½': 'α-Divergenz, α = ½',
  'Squared Hellinger': 'Hellinger-Quadrat',
  'Total variation': 'Totalvariation',
};
